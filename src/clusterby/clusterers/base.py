"""What a clustering method says of itself, so that it can be listed, chosen and checked without being imported."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from clusterby.core.parameter import Parameter

__all__ = ["ClustererSpec"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClustererSpec:
    """One clustering method, as a row of facts.

    Parameters
    ----------
    name : str
        The name it is asked for by.
    target : str
        Import path of its class, an estimator with scikit-learn's interface: ``fit_predict``,
        ``get_params``, ``set_params``.
    summary : str
        One sentence: what shape of groups it finds.
    when : str
        One sentence: when to prefer it.
    parameters : tuple of Parameter
        What a user may set. Defaults are the class' own and are not repeated here.
    n_clusters_parameter : str or None
        What the class calls the number of clusters; None where the method finds that number itself.
    predicts : {"model", "neighbors"}
        Whether the class labels new rows itself, or they are labelled by their nearest training rows.
    finds_noise : bool
        Whether rows may belong to no cluster (label −1).
    seeded : bool
        Whether the method, or a default that depends on the data, makes random choices.
    memory : str
        Import path of a function of (rows, dimensions, parameters) that returns about how many bytes a fit
        keeps beside the vectors.
    aliases : tuple of str
        Other names it answers to.
    overrides : mapping of str to object
        Defaults that differ from the class' own because those fail on embeddings.
    approximate : bool
        Whether the method searches approximately, so that small or well-separated data promise nothing.
    reports_progress : bool
        Whether the class itself tells how far a fit has come.
    extra : str or None
        The extra of clusterby that installs the class' library; None where clusterby itself needs it.
    from_data : mapping of str to str
        Parameters whose default depends on the data: per name the import path of a function of
        (vectors, parameters, random_state) that returns the value.

    Examples
    --------
    >>> spec = ClustererSpec(
    ...     name="mean_shift", target="sklearn.cluster:MeanShift", summary="Modes of the density.",
    ...     when="In few dimensions.", parameters=(), n_clusters_parameter=None, predicts="model",
    ...     finds_noise=False, seeded=False, memory="clusterby.clusterers.memory:neighborhoods",
    ... )
    >>> spec.takes("bandwidth")
    False
    """

    name: str
    target: str
    summary: str
    when: str
    parameters: tuple[Parameter, ...]
    n_clusters_parameter: str | None
    predicts: Literal["model", "neighbors"]
    finds_noise: bool
    seeded: bool
    memory: str
    aliases: tuple[str, ...] = ()
    overrides: Mapping[str, Any] = field(default_factory=dict)
    approximate: bool = False
    reports_progress: bool = False
    extra: str | None = None
    from_data: Mapping[str, str] = field(default_factory=dict)

    def takes(self, parameter: str) -> bool:
        """Whether the method has a parameter of that name."""
        return any(p.name == parameter for p in self.parameters)
