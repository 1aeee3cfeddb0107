"""Every format that is fuzzed."""

from tests.fuzz import data_sets, models, pictures, texts

TARGETS = {
    target.name: target
    for module in (pictures, data_sets, models, texts)
    for target in module.TARGETS
}
