"""`python -m aecore`: see `aecore.cli.parser`."""

import sys

from aecore.cli.parser import main

sys.exit(main())
