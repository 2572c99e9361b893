"""Benchmarks of Plimsoll beside raw limits and rivals: `python -m bench [NAME...] [--quick] [--json FILE]`.

Every ratio is taken inside one run, with ours and the rival taking turns, because absolute speeds move with the machine and
its neighbours. Whatever commits is shown beside a canary: how many small writes a second the same disk makes durable.
"""
