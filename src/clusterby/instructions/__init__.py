"""Instructions: what a user says matters, before and after the encoder.

Examples
--------
>>> from clusterby.instructions import Instruction
>>> Instruction("group images by their background").criterion
'group images by their background'
"""

from __future__ import annotations

from clusterby.instructions.base import Candidates, Instruction, InstructionArgument, InstructionMethod
from clusterby.instructions.followed import Followed
from clusterby.instructions.region import Box, Polygon
from clusterby.instructions.regions import Boxes, parse_region
from clusterby.instructions.subspace import Subspace, fit_subspace, ignoring_subspace

__all__ = [
    "Box",
    "Boxes",
    "Candidates",
    "Followed",
    "Instruction",
    "InstructionArgument",
    "InstructionMethod",
    "Polygon",
    "Subspace",
    "fit_subspace",
    "ignoring_subspace",
    "parse_region",
]
