"""axe-core, the checker of accessibility, as a script for a page."""

from pathlib import Path

AXE = Path(__file__).resolve().parents[2] / "node_modules/axe-core/axe.min.js"
CHECK = """async (exclude) => {
    const { violations } = await axe.run({ exclude }, { resultTypes: ["violations"] });
    return violations
        .filter(({ id, impact }) => /serious|critical/.test(impact) || id === "heading-order")
        .flatMap(({ id, nodes }) => nodes.map(({ target, any }) =>
            `${id}: ${target.flat().at(-1)} ${any[0]?.message ?? ""}`));
}"""
"""Runs it, but for some selectors; returns serious violations and headings out of order."""
