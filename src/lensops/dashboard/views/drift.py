"""Drift: PSI over time with its bands, and each feature with both windows."""

from __future__ import annotations

import streamlit as st

from lensops.dashboard.draw import choose, draw, draw_title
from lensops.report.document import Heading, Paragraph
from lensops.report.overview import Overview
from lensops.report.overview.charts import psi_series
from lensops.report.overview.drift import (
    feature_blocks,
    feature_table,
    monitor_line,
    monitor_notes,
    segment_table,
    worst_first,
)
from lensops.report.page import Beside


def page(overview: Overview) -> None:
    """A monitor is chosen, then one of its features."""
    draw_title("Drift")
    if not overview.monitors:
        st.info("No stored report yet: `lensops drift` writes one.")
        return
    name = choose("Monitor", list(overview.monitors))
    point = overview.monitor_points(name)[-1]
    draw(
        Paragraph(monitor_line(point)),
        Beside(((psi_series(overview, name),), tuple(monitor_notes(point[1])))),
        Heading("By feature"),
        feature_table(point[1]),
        *segment_table(point[1]),
    )
    features = {feature.name: feature for feature in worst_first(point[1])}
    if features:
        feature = features[choose("Feature", list(features))]
        draw(*feature_blocks(overview, name, feature))
