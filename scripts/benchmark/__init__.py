"""Measure the hot paths beside a bare echo on the same web server, in the same run.

Requests per second swing with the machine, so the figure to compare is the server's
CPU time per request and its ratio to the echo. With wrk (Debian package wrk) the
load comes from another process and core; without it a small client written here is
used, and the requests per second are then the client's limit, not the server's.
"""
