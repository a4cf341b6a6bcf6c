"""The one place where the layers meet: solve, run, evaluate, reproduce, export."""

from channelopt.pipeline.export import export
from channelopt.pipeline.options import SolveOptions
from channelopt.pipeline.planning import solve
from channelopt.pipeline.runs import Reproduction, evaluate, reproduce, run

__all__ = ["Reproduction", "SolveOptions", "evaluate", "export", "reproduce", "run", "solve"]
