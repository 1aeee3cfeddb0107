"""`python -m aecore`: see `aecore.cli.parser`."""

import sys

# Last, not first: `random.py` in the current folder is not the standard library's.
if not sys.flags.safe_path:
    sys.path.append(sys.path.pop(0))

from aecore.cli.parser import main

sys.exit(main())
