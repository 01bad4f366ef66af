"""Streaming hearing with NVIDIA NeMo: one forward over all calls that have a chunk due."""
