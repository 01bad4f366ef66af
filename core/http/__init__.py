"""What the routers of every door share: whose key it is, problems, bodies, the description, writes that happen once.

    gateway/, kb_api/ ──> core.http ──> core.db, core.keys

A router imports `Db`, `Site` … from doors, `gives`, `refuses`, `takes` from description, `Problem` from problems.
"""
