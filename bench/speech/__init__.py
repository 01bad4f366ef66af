"""`bin/haazir bench speech`: how many calls this machine's neural engines hear and speak in time.

device.py    bandwidth, memory, a clock that is fair to both kinds of machine
made_up.py   models with random weights: of the real shapes, or tiny
hearing.py  speaking.py   steps of each engine, for so many streams
together.py  both at once, each at its pace, as calls want it
table.py ◆   what is printed           plan.py   what 16, 24 and 80 GB would carry
"""
