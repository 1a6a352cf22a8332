"""One look for all charts: fonts that have Chinese, colours that survive grey print, alt text."""

import base64
import io
import re
from collections.abc import Sequence
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import seaborn as sns
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from ecomkit.report import text
from ecomkit.report.values import MINUS, show

ACCENT, SOFT, WARM = "#14507a", "#dbe7f0", "#dd8452"
INK, MUTED, HAIRLINE = "#1b2733", "#6b7785", "#dfe4ea"
SERIES = [ACCENT, WARM, "#7f9fb6", "#8a6d3b", "#9aa5b1", "#2a9d8f", "#b56576"]
SVG_LIMIT = 150_000  # bytes; above, a picture of the chart is smaller than its drawing

CHINESE_FONTS = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "PingFang SC",
    "Hiragino Sans GB",
    "Microsoft YaHei",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "SimHei",
)


def use(lang: str) -> None:
    """Sets the language, the theme and the font of all charts that follow.

    Parameters
    ----------
    lang : "en" or "zh".
    """
    text.use(lang, currency=text.currency())
    sns.set_theme(context="notebook", style="white", palette=SERIES)
    mpl.rcParams.update(
        {
            "font.family": "sans-serif",
            "font.sans-serif": [chinese_font(), "DejaVu Sans"],
            "axes.unicode_minus": False,
            "text.parse_math": False,  # two amounts in R$ are not a formula
            "font.size": 10,
            "axes.titlesize": 11.5,
            "axes.titlelocation": "left",
            "axes.labelsize": 10,
            "axes.labelcolor": MUTED,
            "axes.edgecolor": HAIRLINE,
            "axes.grid": False,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.spines.left": False,
            "grid.color": HAIRLINE,
            "grid.linewidth": 0.8,
            "xtick.color": MUTED,
            "ytick.color": MUTED,
            "xtick.labelsize": 9.5,
            "ytick.labelsize": 9.5,
            "text.color": INK,
            "legend.frameon": False,
            "legend.fontsize": 9.5,
            "legend.title_fontsize": 9.5,
            "svg.fonttype": "path",
            "svg.hashsalt": "ecomkit",
            "figure.constrained_layout.use": True,
        }
    )
    _speak_in_notebooks()


def chinese_font() -> str:
    """The first font on this machine that has Chinese; else the one that comes with ecomkit's dependencies."""
    known = {font.name for font in font_manager.fontManager.ttflist}
    for name in CHINESE_FONTS:
        if name in known:
            return name
    from noto_cjk_sans_otc import FONT_PATH

    font_manager.fontManager.addfont(str(FONT_PATH))
    added = [font.name for font in font_manager.fontManager.ttflist if font.fname == str(FONT_PATH)]
    return "Noto Sans CJK SC" if "Noto Sans CJK SC" in added else added[0]


def canvas(height: float, *, grid: str = "") -> Axes:
    """New axes as wide as a report's column, `height` inches high, with hairlines across `grid` ("x" or "y")."""
    _figure, axes = plt.subplots(figsize=(10, height))
    if grid:
        axes.grid(axis="x" if grid == "x" else "y")
        axes.set_axisbelow(True)
    axes.tick_params(length=0)
    return axes


def describe(axes: Axes, title: str, detail: str = "") -> Axes:
    """Gives the chart its title, and its picture the words that stand for it where it cannot be seen."""
    figure = axes.get_figure(root=True)
    assert figure is not None
    figure.suptitle(title, x=0.004, ha="left", fontsize=11.5)
    figure.set_label(f"{title}. {detail}" if detail else title)
    return axes


def ticks(kind: str) -> FuncFormatter:
    """Tick labels in the language and currency in use, without needless decimals."""

    def say(value: float, _position: object = None) -> str:
        if kind in ("rate", "change_rate", "share"):
            return f"{round(value * 100, 3):g}%".replace("-", MINUS)
        said = show(value, kind or "number", short=True, short_from=10_000)
        return re.sub(r"\.0+(?=\D*$)", "", said)

    return FuncFormatter(say)


def rows(axes: Axes, names: Sequence[str]) -> None:
    """Names down the side of horizontal bars, the first on top."""
    axes.set_yticks(range(len(names)), [_clip(name) for name in names], color=INK)
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.set(xlabel="", ylabel="")
    sns.despine(ax=axes, left=True, bottom=True)


def _clip(name: str) -> str:
    return name if len(name) <= 34 else f"{name[:33]}…"


def beside(axes: Axes, x: float, y: float, said: str, *, leftwards: bool | None = None, size: float = 9.5) -> None:
    """What a bar that ends at `x` says, outside of it."""
    left = x < 0 if leftwards is None else leftwards
    axes.annotate(
        said, (x, y), xytext=(-5 if left else 5, 0), textcoords="offset points",
        ha="right" if left else "left", va="center", fontsize=size, color=INK,
    )  # fmt: skip


def picture(figure: Figure) -> tuple[dict[str, str], dict[str, Any]]:
    """The chart for a notebook: a drawing, or a double-density picture where that is smaller, with its words."""
    alt = str(figure.get_label()) or next((a.get_title(loc="left") or a.get_title() for a in figure.axes), "")
    drawn = io.StringIO()
    figure.savefig(drawn, format="svg", metadata={"Date": None, "Creator": None})
    svg, width = drawn.getvalue(), int(figure.get_figwidth() * 96)
    if len(svg) <= SVG_LIMIT:
        return {"image/svg+xml": svg}, {"image/svg+xml": {"alt": alt, "width": width}}
    pixels = io.BytesIO()
    figure.savefig(pixels, format="png", dpi=192, metadata={"Software": None})
    return {"image/png": base64.b64encode(pixels.getvalue()).decode()}, {"image/png": {"alt": alt, "width": width}}


def _speak_in_notebooks() -> None:
    """In Jupyter, charts are shown through `picture` instead of the low-density default."""
    from IPython.core.getipython import get_ipython

    shell = get_ipython()
    if shell is None or shell.display_formatter is None:
        return
    for mime in ("image/png", "image/svg+xml", "image/jpeg", "application/pdf"):
        shell.display_formatter.formatters[mime].pop(Figure, None)
    bundles: Any = shell.display_formatter.mimebundle_formatter
    bundles.for_type(Figure, lambda figure, **_: picture(figure))
