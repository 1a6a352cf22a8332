"""Charts: what they draw, what they say, and that every letter has a shape."""

import datetime as dt
import warnings
from collections.abc import Iterator

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes

from ecomkit.report import labels, plots, text
from ecomkit.report.plots import theme

DAILY = pd.DataFrame({"date": pd.date_range("2025-09-01", periods=14), "gmv": np.arange(14.0) * 1000})
STEPS = pd.DataFrame(
    {
        "step": ["view_item", "add_to_cart", "purchase"],
        "users": [1000, 200, 50],
        "step_rate": [np.nan, 0.2, 0.25],
        "step_rate_low": [np.nan, 0.18, 0.2],
        "step_rate_high": [np.nan, 0.22, 0.3],
        "overall_rate": [1.0, 0.2, 0.05],
    }
)
COHORTS = pd.DataFrame(
    [("2025-01-01", 0, 100, 1.0), ("2025-01-01", 1, 20, 0.2), ("2025-01-01", 2, 10, 0.1),
     ("2025-02-01", 0, 80, 1.0), ("2025-02-01", 1, 24, 0.3), ("2025-02-01", 2, None, None),
     ("2025-03-01", 0, 60, 1.0), ("2025-03-01", 1, None, None), ("2025-03-01", 2, None, None)],
    columns=["cohort", "age", "customers", "rate"],
)  # fmt: skip
TREE = pd.DataFrame(
    [("gmv", 1000.0, 900.0, -100.0), ("visitors", 100.0, 80.0, -180.0), ("conversion_rate", 0.1, 0.11, 80.0)],
    columns=["factor", "before", "after", "contribution"],
)
SEGMENTS = pd.DataFrame({"segment": ["champions", "lost"], "customers": [25, 75], "net_sales": [600.0, 400.0]})
DAYS_AHEAD = pd.date_range("2025-09-15", periods=3)
AHEAD = pd.DataFrame(
    {"date": DAYS_AHEAD, "mean": [5.0, 6.0, 7.0], "low_80": 4.0, "high_80": 8.0, "low_95": 2.0, "high_95": 9.0}
)
PARTS = pd.DataFrame(
    [(day, part, value) for day in DAYS_AHEAD for part, value in
     (("level", 6.0), ("weekday", 2.0), ("season", -1.0), ("promotion", 0.0), ("event", -2.0))],
    columns=["date", "part", "value"],
)  # fmt: skip
REPLAYED = pd.DataFrame(
    [("handbook", np.nan, 0.67, 2.4), ("forecast", 0.95, 0.98, 11.9), ("forecast", 0.5, 0.9, 5.8)],
    columns=["rule", "service_level", "fill_rate", "inventory_days"],
)
CLASSES = pd.DataFrame(
    [("mug", 0.7, "A", "X"), ("cup", 0.1, "A", "X"), ("lid", 0.15, "B", "Z"), ("new", 0.05, "C", None)],
    columns=["product_id", "share", "abc", "xyz"],
)
FIELD = pd.DataFrame(
    [(1.0, 0.8, 800), (1.0, 1.0, 1000), (1.5, 0.8, 1200), (1.5, 1.0, 1500)],
    columns=["uplift", "balance_rate", "quantity"],
)


@pytest.fixture(autouse=True)
def _theme() -> Iterator[None]:
    text.use("en", currency="CNY")
    plots.use("en")
    yield
    plt.close("all")


def _title(axes: Axes) -> str:
    figure = axes.get_figure(root=True)
    assert figure is not None
    return figure.get_suptitle()


def _names(axes: Axes) -> list[str]:
    return [tick.get_text() for tick in axes.get_yticklabels()]


def _said(axes: Axes) -> list[str]:
    return [note.get_text() for note in axes.texts]


def _all() -> list[Axes]:
    by = pd.concat([STEPS.assign(device=device) for device in ("ios", "android")])
    days = (dt.date(2025, 9, 1), dt.date(2025, 9, 7)), (dt.date(2025, 9, 8), dt.date(2025, 9, 14))
    return [
        plots.trend(DAILY, "gmv", before=days[0], after=days[1]),
        plots.bars(DAILY.head(3), "gmv", "date"),
        plots.funnel(STEPS),
        plots.funnel(by),
        plots.retention(COHORTS),
        plots.segments(SEGMENTS),
        plots.waterfall(TREE),
        plots.fan(DAILY.rename(columns={"gmv": "value"}), AHEAD, measure="revenue", naive=AHEAD),
        plots.parts(PARTS, measure="units"),
        plots.tradeoff(REPLAYED),
        plots.matrix(CLASSES),
        plots.sensitivity(FIELD),
    ]


def test_trend_draws_the_days_and_their_mean() -> None:
    axes = plots.trend(DAILY, "gmv", after=(dt.date(2025, 9, 8), dt.date(2025, 9, 14)))
    days, mean = axes.get_lines()[:2]
    assert list(days.get_ydata()) == list(DAILY["gmv"])
    assert list(mean.get_ydata())[-1] == DAILY["gmv"].tail(7).mean()
    assert np.isnan(list(mean.get_ydata())[:6]).all()
    assert [t.get_text() for t in axes.get_legend().get_texts()] == ["Day", "Mean of 7 days"]
    assert _said(axes) == ["This period"]
    assert axes.get_ylim()[0] == 0


def test_a_trend_of_a_rate_is_not_averaged_and_gaps_stay_gaps() -> None:
    rates = DAILY.assign(conversion_rate=[0.02] * 7 + [np.nan] * 3 + [0.03] * 4)
    axes = plots.trend(rates, "conversion_rate")
    (line,) = axes.get_lines()
    assert [t.get_text() for t in axes.get_legend().get_texts()] == ["Conversion rate"]
    np.testing.assert_array_equal(line.get_ydata(), rates["conversion_rate"])


def test_bars_have_names_values_and_signs() -> None:
    frame = pd.DataFrame({"source": ["search", "my own", "live"], "gmv": [2_000_000.0, -5.0, None]})
    axes = plots.bars(frame, "gmv", "source")
    assert _names(axes) == ["Search", "my own", "Live streams"]
    assert _said(axes) == ["+¥2.00M", "−¥5.00", "–"]
    assert [bar.get_width() for bar in axes.patches] == [2_000_000.0, -5.0, 0.0]
    assert _title(axes) == "Sales by traffic source"


def test_the_funnel_shows_users_and_rates() -> None:
    axes = plots.funnel(STEPS)
    assert _names(axes) == ["Viewed a product", "Added to cart", "Paid"]
    assert _said(axes) == ["1,000", "200   20.00% of the step before", "50   25.00% of the step before"]
    assert [bar.get_width() for bar in axes.patches[3:]] == [1000, 200, 50]


def test_a_funnel_by_group_compares_rates() -> None:
    steps = pd.concat([STEPS.assign(device="ios"), STEPS.assign(device="android", step_rate=[np.nan, 0.1, 0.2])])
    axes = plots.funnel(steps)
    assert [t.get_text() for t in axes.get_legend().get_texts()] == ["iOS", "Android"]
    assert _names(axes) == ["Added to cart", "Paid"]
    points = [c.get_offsets()[:, 0].tolist() for c in axes.collections if len(c.get_offsets()) == 2]
    assert points == [[0.2, 0.25], [0.1, 0.2]]


def test_what_a_cohort_cannot_know_yet_stays_blank() -> None:
    axes = plots.retention(COHORTS)
    assert _names(axes) == ["2025-01   100", "2025-02   80"]
    drawn = axes.collections[0].get_array()
    assert np.ma.getmaskarray(drawn).reshape(2, 2).tolist() == [[False, False], [False, True]]
    assert sorted(_said(axes)) == ["10.0%", "20.0%", "30.0%"]
    assert axes.get_xlabel() == "Months since the first purchase"


def test_retention_draws_weeks_and_a_lone_first_age() -> None:
    mondays = {"2025-01-01": "2025-01-06", "2025-02-01": "2025-01-13", "2025-03-01": "2025-01-20"}
    weeks = COHORTS.assign(cohort=pd.to_datetime(COHORTS["cohort"].map(mondays)))
    axes = plots.retention(weeks)
    assert axes.get_xlabel() == "Weeks since the first purchase"
    assert _names(axes)[0] == "2025-01-06   100"
    assert sorted(_said(plots.retention(COHORTS[COHORTS["age"] == 0]))) == ["100.0%"] * 3


def test_segments_pair_customers_and_sales() -> None:
    axes = plots.segments(SEGMENTS)
    assert _names(axes) == ["Champions", "Lost customers"]
    assert [round(bar.get_width(), 6) for bar in axes.patches] == [0.25, 0.75, 0.6, 0.4]


def test_each_rule_is_a_line_from_little_stock_to_much() -> None:
    axes = plots.tradeoff(REPLAYED)
    lines = {str(line.get_label()): np.asarray(line.get_xydata()).tolist() for line in axes.get_lines()}
    assert lines == {
        "Handbook: daily sales \u00d7 lead time": [[2.4, 0.67]],
        "Forecast quantile": [[5.8, 0.9], [11.9, 0.98]],
    }


def test_the_matrix_counts_products_and_leaves_the_unjudged_out() -> None:
    said = {t.get_text() for t in plots.matrix(CLASSES).texts}
    assert said - {""} == {"Products: 2\n80.0%", "Products: 1\n15.0%"}


def test_the_field_of_a_presale_has_the_most_orders_on_top() -> None:
    axes = plots.sensitivity(FIELD)
    assert [t.get_text() for t in axes.texts] == ["1,200", "1,500", "800", "1,000"]
    assert [t.get_text() for t in axes.get_yticklabels()] == ["1.5", "1"]
    assert [t.get_text() for t in axes.get_xticklabels()] == ["80%", "100%"]


def test_the_waterfall_ends_at_the_whole_change() -> None:
    axes = plots.waterfall(TREE)
    assert _names(axes) == ["Visitors", "Conversion rate", "Total change"]
    spans = [(bar.get_x(), bar.get_width()) for bar in axes.patches]
    assert spans == [(0.0, -180.0), (-180.0, 80.0), (0.0, -100.0)]
    assert _said(axes) == ["−¥180.00", "+¥80.00", "−¥100.00"]
    assert _title(axes) == "What moved sales: ¥1,000 → ¥900.00"


def test_the_fan_shows_the_past_the_mean_and_both_ranges() -> None:
    daily = pd.DataFrame({"date": pd.date_range("2025-05-01", "2025-09-14"), "value": 5.0})
    axes = plots.fan(daily, AHEAD, measure="units", naive=AHEAD.assign(mean=4.0))
    legend = [t.get_text() for t in axes.get_legend().get_texts()]
    assert legend == ["95% of days lie here", "80% of days lie here", "Actual", "Last week again", "Forecast"]
    past, naive, mean = axes.get_lines()[:3]
    assert len(past.get_xdata()) == 12 * 7
    assert (list(naive.get_ydata()), list(mean.get_ydata())) == ([4.0] * 3, [5.0, 6.0, 7.0])
    assert naive.get_linestyle() == ":"
    assert _title(axes) == "Units sold: the next 3 days"
    assert axes.get_ylim()[0] == 0
    assert len(plots.fan(daily, AHEAD[["date", "mean"]], measure="units").get_lines()) == 3


def test_the_parts_stack_away_from_an_ordinary_day() -> None:
    axes = plots.parts(PARTS, measure="units")
    assert [t.get_text() for t in axes.get_legend().get_texts()] == ["Weekday", "Season", "Holidays and mega-sales"]
    heights = [(bar.get_y(), bar.get_height()) for bar in axes.patches if bar.get_height()]
    assert heights == [(0.0, 2.0)] * 3 + [(0.0, -1.0)] * 3 + [(-1.0, -2.0)] * 3
    ordinary = plots.parts(PARTS[PARTS["part"] == "level"], measure="units")
    assert ordinary.get_legend() is None


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_letter_has_a_shape_and_every_chart_its_words(lang: str) -> None:
    plots.use(lang)
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # matplotlib warns of a missing glyph
        for axes in _all():
            figure = axes.get_figure(root=True)
            assert figure is not None
            bundle, metadata = theme.picture(figure)
            assert _title(axes)
            assert metadata["image/svg+xml"]["alt"].startswith(_title(axes))
            assert "<svg" in bundle["image/svg+xml"]
            assert len(bundle["image/svg+xml"]) < theme.SVG_LIMIT


def test_a_missing_glyph_would_be_noticed() -> None:
    with mpl.rc_context({"font.sans-serif": ["DejaVu Sans"], "font.family": "sans-serif"}):
        axes = plots.bars(pd.DataFrame({"title": ["\u652f\u4ed8"], "gmv": [1.0]}), "gmv", "title")
        with pytest.warns(UserWarning, match="Glyph"):
            axes.figure.canvas.draw()


def test_the_font_of_the_dependency_serves_where_the_system_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(theme, "CHINESE_FONTS", ())
    name = theme.chinese_font()
    assert "CJK" in name
    path = mpl.font_manager.findfont(name, fallback_to_default=False)
    assert mpl.ft2font.FT2Font(path).get_char_index(0x652F)


def test_every_chinese_text_has_a_shape_in_the_chart_font() -> None:
    path = mpl.font_manager.findfont(theme.chinese_font(), fallback_to_default=False)
    known = mpl.ft2font.FT2Font(path).get_charmap()
    assert {c for said in text.catalog("zh").values() for c in said if ord(c) not in known} == set()


def test_a_chart_too_rich_for_a_drawing_becomes_a_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(theme, "SVG_LIMIT", 100)
    figure = plots.funnel(STEPS).get_figure(root=True)
    assert figure is not None
    bundle, metadata = theme.picture(figure)
    assert list(bundle) == ["image/png"]
    assert metadata["image/png"]["width"] == 960


def test_the_same_table_gives_the_same_picture() -> None:
    figures = [plots.waterfall(TREE).get_figure(root=True) for _ in range(2)]
    first, second = (theme.picture(figure)[0] for figure in figures if figure is not None)
    assert first == second


def test_charts_do_not_change_their_input() -> None:
    copies = [frame.copy(deep=True) for frame in (DAILY, STEPS, COHORTS, TREE, SEGMENTS)]
    _all()
    for frame, copy in zip((DAILY, STEPS, COHORTS, TREE, SEGMENTS), copies, strict=True):
        pd.testing.assert_frame_equal(frame, copy)


def test_two_periods_differ_in_grey() -> None:
    luminance = {
        c: sum(w * v for w, v in zip((0.21, 0.72, 0.07), mpl.colors.to_rgb(c), strict=True)) for c in theme.SERIES[:2]
    }
    assert abs(luminance[theme.SERIES[0]] - luminance[theme.SERIES[1]]) > 0.25
    assert set(labels.SEGMENTS) >= set(SEGMENTS["segment"])
