"""What is compared, one function per contender: vectors and a number of clusters in, a result to judge out.

Each is called as its own documentation advises for vectors of hundreds of dimensions, on all cores that the
process may use. A result holds what the quality of its kind of work is read from: labels, centers, heights or a
fitted mixture.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

Result = dict[str, Any]
Contender = Callable[[np.ndarray, int], Result]

OURS = "clusterby"


def kmeans_ours(x: np.ndarray, k: int) -> Result:
    from clusterby.clusterers import KMeans

    return {"centers": KMeans(k, n_init=1, random_state=0).fit(x).cluster_centers_}


def kmeans_sklearn(algorithm: str) -> Contender:
    def run(x: np.ndarray, k: int) -> Result:
        from sklearn.cluster import KMeans

        return {"centers": KMeans(k, n_init=1, algorithm=algorithm, random_state=0).fit(x).cluster_centers_}

    return run


def kmeans_intelex(x: np.ndarray, k: int) -> Result:
    from sklearnex.cluster import KMeans

    return {"centers": np.asarray(KMeans(k, n_init=1, random_state=0).fit(x).cluster_centers_)}


def kmeans_faiss(all_points: bool) -> Contender:
    def run(x: np.ndarray, k: int) -> Result:
        import faiss

        settings = {"niter": 100, "max_points_per_centroid": len(x)} if all_points else {}
        model = faiss.Kmeans(x.shape[1], k, seed=1, **settings)
        model.train(x)
        return {"centers": model.centroids}

    return run


def kmeans_minibatch(x: np.ndarray, k: int) -> Result:
    from sklearn.cluster import MiniBatchKMeans

    return {"centers": MiniBatchKMeans(k, n_init=1, random_state=0).fit(x).cluster_centers_}


def tree_ours(linkage: str, metric: str) -> Contender:
    def run(x: np.ndarray, k: int) -> Result:
        from clusterby.clusterers import AgglomerativeClustering

        model = AgglomerativeClustering(k, linkage=linkage, metric=metric, compute_distances=True).fit(x)
        return {"labels": model.labels_, "heights": model.distances_}

    return run


def tree_sklearn(linkage: str, metric: str) -> Contender:
    def run(x: np.ndarray, k: int) -> Result:
        from sklearn.cluster import AgglomerativeClustering

        model = AgglomerativeClustering(
            k, linkage=linkage, metric=metric, compute_distances=True, compute_full_tree=True
        ).fit(x)
        return {"labels": model.labels_, "heights": model.distances_}

    return run


def tree_scipy(linkage: str, metric: str) -> Contender:
    def run(x: np.ndarray, k: int) -> Result:
        from scipy.cluster import hierarchy

        tree = hierarchy.linkage(x, linkage, metric=metric)
        return {"labels": hierarchy.fcluster(tree, k, "maxclust"), "heights": tree[:, 2]}

    return run


def tree_fastcluster(linkage: str, metric: str) -> Contender:
    def run(x: np.ndarray, k: int) -> Result:
        import fastcluster
        from scipy.cluster import hierarchy

        tree = fastcluster.linkage(x, linkage, metric=metric)
        return {"labels": hierarchy.fcluster(tree, k, "maxclust"), "heights": tree[:, 2]}

    return run


def single_genieclust(x: np.ndarray, k: int) -> Result:
    import genieclust

    model = genieclust.Genie(k, gini_threshold=1.0)  # 1.0 is single linkage
    return {"labels": model.fit_predict(x)}


def hdbscan_ours(x: np.ndarray, k: int) -> Result:
    from clusterby.clusterers import HDBSCAN

    return {"labels": HDBSCAN(min_cluster_size=15, copy=True).fit_predict(x)}


def hdbscan_sklearn(x: np.ndarray, k: int) -> Result:
    from sklearn.cluster import HDBSCAN

    return {"labels": HDBSCAN(min_cluster_size=15, algorithm="brute", copy=True).fit_predict(x)}


def hdbscan_contrib(algorithm: str) -> Contender:
    def run(x: np.ndarray, k: int) -> Result:
        import hdbscan

        # it does not count the row itself among min_samples, and takes float64 alone
        model = hdbscan.HDBSCAN(min_cluster_size=15, min_samples=14, algorithm=algorithm)
        return {"labels": model.fit_predict(x.astype(np.float64))}

    return run


def hdbscan_fast(x: np.ndarray, k: int) -> Result:
    import fast_hdbscan

    return {"labels": fast_hdbscan.HDBSCAN(min_cluster_size=15).fit_predict(x)}


def evoc(x: np.ndarray, k: int) -> Result:
    from evoc import EVoC

    return {"labels": EVoC(random_state=0).fit_predict(x)}


def spectral_ours(x: np.ndarray, k: int) -> Result:
    from clusterby.clusterers import SpectralClustering

    model = SpectralClustering(k, affinity="nearest_neighbors", random_state=0)
    return {"labels": model.fit_predict(x)}


def spectral_sklearn(x: np.ndarray, k: int) -> Result:
    from sklearn.cluster import SpectralClustering

    model = SpectralClustering(k, affinity="nearest_neighbors", random_state=0, n_jobs=-1)
    return {"labels": model.fit_predict(x)}


def mixture_ours(x: np.ndarray, k: int) -> Result:
    from clusterby.clusterers import GaussianMixture

    model = GaussianMixture(k, covariance_type="diag", random_state=0).fit(x)
    return {"mixture": (model.weights_, model.means_, model.covariances_)}


def mixture_sklearn(x: np.ndarray, k: int) -> Result:
    from sklearn.mixture import GaussianMixture

    model = GaussianMixture(k, covariance_type="diag", random_state=0).fit(x)
    return {"mixture": (model.weights_, model.means_, model.covariances_)}


def neighbors_ours(x: np.ndarray, k: int) -> Result:
    from clusterby.kernels.neighbors.neighbors import nearest_neighbors

    return {"distances": nearest_neighbors(x, k)[0]}


def neighbors_sklearn(x: np.ndarray, k: int) -> Result:
    from sklearn.neighbors import NearestNeighbors

    model = NearestNeighbors(n_neighbors=k, algorithm="brute", n_jobs=-1).fit(x)
    return {"distances": model.kneighbors()[0]}


def neighbors_faiss(x: np.ndarray, k: int) -> Result:
    import faiss

    index = faiss.IndexFlatL2(x.shape[1])
    index.add(x)
    return {"distances": np.sqrt(np.maximum(index.search(x, k + 1)[0][:, 1:], 0))}
