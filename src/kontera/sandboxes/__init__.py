"""The vendors imitated over real HTTP, with faults on demand.

Decides nothing about bookkeeping and imports nothing of ours but money and clock, so that a sandbox can never share
a misunderstanding with the adapter that talks to it.
"""
