"""Drift: PSI over time with its bands, and each feature with both windows."""

from __future__ import annotations

import streamlit as st

from lensops.dashboard.shown import TIME, chart, coloured, layer, number_axis, table
from lensops.format import count_shares, format_score, format_time
from lensops.render.escape import visible
from lensops.report.outcome import tone_of
from lensops.report.overview import Overview
from lensops.report.overview.stored import StoredFeature, StoredMonitor
from lensops.report.overview.words import cell_labels

BAND_COLOURS = {"warning": "#e69f00", "critical": "#d33"}


def page(overview: Overview) -> None:
    """A monitor is chosen, then one of its features."""
    st.title("Drift")
    latest = overview.latest_drift
    if latest is None:
        st.info("No stored report yet: `lensops drift --output drift_report.json` writes one.")
        return
    monitors = {monitor.name: monitor for monitor in latest.report.monitors}
    monitor = monitors[st.selectbox("Monitor", list(monitors))]
    status = coloured(monitor.status.upper(), tone_of(monitor.status))
    st.markdown(f"PSI {format_score(monitor.psi)} {status} at {format_time(latest.time)}")
    _over_time(overview, monitor.name)
    _features(monitor)


def _over_time(overview: Overview, name: str) -> None:
    st.subheader("Largest PSI over time")
    rows = [
        {"at": stored.time.isoformat() if stored.time else None, "psi": monitor.psi}
        for stored in overview.results.drifts
        for monitor in stored.report.monitors
        if monitor.name == name and monitor.psi is not None
    ]
    limits = [
        layer("rule", {"y": {"datum": value}}, strokeDash=[4, 4], color=colour)
        for band, colour in BAND_COLOURS.items()
        if (value := overview.bands.get(f"{name}.{band}")) is not None
    ]
    chart(rows, layer("line", {"x": TIME, "y": number_axis("psi", "PSI")}, point=True), *limits)


def _features(monitor: StoredMonitor) -> None:
    st.subheader("By feature")
    features = {feature.name: feature for feature in monitor.features}
    table(
        [
            {"feature": f.name, "PSI": f.psi, "status": f.status, "evidence": f.evidence}
            | {"p": f.p_value, "cause": "; ".join(f.causes)}
            for f in features.values()
        ]
    )
    if features:
        _histogram(features[st.selectbox("Feature", list(features))])


def _histogram(feature: StoredFeature) -> None:
    baseline, current = count_shares(feature.baseline_counts), count_shares(feature.current_counts)
    if not baseline or len(baseline) != len(current):
        st.info("This feature has no counts to draw.")
        return
    labels = cell_labels(feature, len(baseline))
    rows = [
        {"cell": label, "share": share, "window": window}
        for window, found in (("baseline", baseline), ("current", current))
        for label, share in zip(labels, found, strict=True)
    ]
    axes = {
        "x": {"field": "cell", "type": "nominal", "sort": None, "title": visible(feature.name)},
        "xOffset": {"field": "window"},
        "y": number_axis("share", "share", axis={"format": "%"}),
        "color": {"field": "window", "title": None},
    }
    chart(rows, layer("bar", axes))
