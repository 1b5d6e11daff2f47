"""What a returned message says: to whom, and whether it is for good.

One module per kind of evidence; `read.read_bounce` asks them in order. Everything here
is pure, bounded in time and memory, and takes any bytes without an exception.
"""
