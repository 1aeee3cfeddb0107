"""The widgets of the viewer and the functions that mount them."""

from __future__ import annotations

WIDGETS: dict[str, tuple[str, str]] = {
    "charts": ("charts/charts", "mountCharts"),
    "copy": ("copy_link/copy_link", "mountCopyLink"),
    "draw": ("canvas/canvas", "mountCanvas"),
    "forming": ("training_monitor/training_monitor", "mountTrainingMonitor"),
    "gallery": ("filter_gallery/filter_gallery", "mountFilterGallery"),
    "generate": ("generate/sliders", "mountSliders"),
    "judge": ("canvas/judge", "mountJudge"),
    "lesson": ("lesson_panel/lesson_panel", "mountLessonPanel"),
    "lessons": ("lesson_list/lesson_list", "mountLessonList"),
    "linked": ("linked_maps/linked_maps", "mountLinkedMaps"),
    "map": ("latent_map/plotly_map", "mountLatentMap"),
    "paste": ("canvas/paste", "mountPaste"),
    "path": ("generate/interpolation", "mountInterpolation"),
    "rows": ("image_rows/image_rows", "mountImageRows"),
    "start": ("start_card/start_card", "mountStartCard"),
}
"""By name, the module under `js/widgets` and the function in it that mounts the widget."""


def mount_import(name: str) -> str:
    """Return the line of JavaScript that imports the function which mounts a widget."""
    module, function = WIDGETS[name]
    return f'import {{ {function} }} from "./widgets/{module}.js";\n'
