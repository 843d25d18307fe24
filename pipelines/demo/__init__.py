"""Fictional programmes of any mess: for the sample, for training and for benchmarks.

Everything here is invented except the municipalities' names and codes. The same seed gives the same bytes.
"""

from pipelines.demo.programme import DemoSummary, make_programme

__all__ = ["DemoSummary", "make_programme"]
