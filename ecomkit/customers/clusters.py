"""Which groups do the customers form by themselves: k-means, as a check on the named segments."""

from typing import Any

import numpy as np
import pandas as pd
from sklearn.cluster import KMeans
from sklearn.metrics import pairwise_distances, silhouette_score
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # comes with scikit-learn, untyped

from ecomkit.data import frames
from ecomkit.errors import ParameterError, TableError

FIGURES = ["recency_days", "frequency", "monetary"]
FITTED, JUDGED = 10_000, 2_000  # customers that the centres are fitted to, and that the silhouette is worked out for


def fit(customers: Any, *, seed: int = 0, most: int = 8) -> pd.DataFrame:
    """Each customer's cluster; the number of clusters, 2 to `most`, is the one with the best silhouette.

    The three figures are compared as logarithms, scaled to equal spread: each is long-tailed, and without this money
    alone would decide; who got back more than was paid counts as 0. Clusters are numbered by their mean money, 1 the
    most.

    Parameters
    ----------
    customers : table from `rfm.measure`, at least three customers who differ
    seed : of the starting centres and of the sample that is judged
    most : the largest number of clusters tried

    Returns
    -------
    pandas.DataFrame, one row per customer
        The columns of `customers` and `cluster`; `attrs["silhouette"]` is the coefficient, -1 to 1, per number of
        clusters tried.

    References
    ----------
    Rousseeuw, P. J. (1987), Silhouettes, Journal of Computational and Applied Mathematics 20, 53-65.
    """
    missing = [c for c in ["customer_id", *FIGURES] if c not in frames.schema(customers)]
    if missing:
        raise TableError(f"The customers have no columns {missing}.", "pass the table that rfm.measure returns.")
    table = frames.summary(frames.lazy(customers), "customer_id")
    figures = table[FIGURES].astype(float)
    if not len(table) or not np.isfinite(figures.to_numpy()).all():
        raise TableError(
            "There are no customers, or a figure is not finite.", "pass the table that rfm.measure returns."
        )
    points = StandardScaler().fit_transform(np.log1p(figures.clip(lower=0)))
    different = len(np.unique(points, axis=0))
    if different < 3:
        raise ParameterError(f"{different} different customers do not form clusters.", "take a longer period.")
    chance = np.random.default_rng(seed)
    fitted = points[chance.permutation(len(points))[:FITTED]]
    judged = fitted[:JUDGED]
    apart = pairwise_distances(judged)  # once for every number of clusters
    models, scores = {}, {}
    with threadpool_limits(1):  # the same clusters on every machine, and no waiting threads on a busy one
        for k in range(2, min(most, different - 1) + 1):
            models[k] = KMeans(k, n_init=4, random_state=seed).fit(fitted)
            labels = models[k].predict(judged)
            several = len(np.unique(labels)) > 1
            scores[k] = float(silhouette_score(apart, labels, metric="precomputed")) if several else -1.0
        best = max(scores, key=lambda k: scores[k])
        table["cluster"] = models[best].predict(points)
    order = table.groupby("cluster")["monetary"].mean().sort_values(ascending=False).index
    table["cluster"] = table["cluster"].map({c: i for i, c in enumerate(order, start=1)})
    table.attrs["silhouette"] = scores
    return table


def summarise(clustered: pd.DataFrame) -> pd.DataFrame:
    """One row per cluster: `cluster, customers, customer_share, net_sales, net_sales_share`, and the middle customer's
    `recency_days, frequency, monetary` (medians)."""
    by = clustered.groupby("cluster")
    table = by.agg(customers=("monetary", "size"), net_sales=("monetary", "sum")).join(by[FIGURES].median())
    table["customer_share"] = table["customers"] / table["customers"].sum()
    table["net_sales_share"] = table["net_sales"] / table["net_sales"].sum()
    columns = ["cluster", "customers", "customer_share", "net_sales", "net_sales_share", *FIGURES]
    return table.reset_index()[columns]
