"""Every format that is fuzzed."""

from tests.fuzz import data_sets, models, pages, pictures, texts

TARGETS = {
    target.name: target
    for module in (pictures, data_sets, models, texts, pages)
    for target in module.TARGETS
}
