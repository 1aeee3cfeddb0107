# One command for each thing. `make setup` first, in a virtual environment.
.PHONY: setup app test quick lint types js bench demo wheel

setup:
	pip install -r tests/requirements.txt
	npm ci --no-audit --no-fund

app:
	streamlit run app.py

test:
	python -m pytest

# Without browsers, and what failed last time first: a minute or two.
quick:
	python -m pytest --ignore tests/browser --failed-first

lint:
	ruff check . && ruff format --check .

types:
	mypy && npm run --silent types

js:
	npm test --silent

bench:
	python -m aecore bench decode
	python -m aecore bench train plane
	python -m aecore bench pages

# The moving picture of the README, recorded from the app itself.
demo:
	PYTHONPATH=. python .github/record_demo.py .github/explorer.gif

wheel:
	pip wheel --no-deps --wheel-dir dist .
