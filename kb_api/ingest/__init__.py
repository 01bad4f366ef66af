"""From an upload or an address to pieces that can be found: what kb-worker does.

fetch ─> sniff ─> read ─> split          in a child with limits (reading, reader)
                    └─> embed ─> publish        step.py, read first
"""
