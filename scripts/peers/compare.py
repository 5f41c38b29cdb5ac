"""Prints the ratios of a comparison: whole runs beside one another, and what a further letter costs each program.

usage: compare.py FOLDER, as bench-peers.sh leaves it
"""
import json
import sys

BARS = {"reportlab": 8, "chromium": 50}


def read(folder, name):
    with open("%s/%s.json" % (folder, name), encoding="utf-8") as f:
        return json.load(f)


def main(folder):
    ours = read(folder, "ours")
    best = read(folder, "postlift-run")
    rows = [("postlift", ours["pieces"], best["cpu_seconds"], ours["pieces"] / best["cpu_seconds"], ours["pieces_per_cpu_second"])]
    for name in BARS:
        one, many = read(folder, name + "-one"), read(folder, name)
        n = many["letters"]
        rows.append((name, n, many["cpu_seconds"], n / many["cpu_seconds"], (n - 1) / (many["cpu_seconds"] - one["cpu_seconds"])))
    print("%-10s %8s %14s %26s %30s" % ("", "letters", "CPU seconds", "letters a CPU second,", "letters a CPU second,"))
    print("%-10s %8s %14s %26s %30s" % ("", "", "", "start included", "start taken off"))
    for name, n, cpu, whole, further in rows:
        print("%-10s %8d %14.2f %26.1f %30.1f" % (name, n, cpu, whole, further))
    missed = False
    for name, n, _, whole, further in rows[1:]:
        ratio = rows[0][3] / whole
        strict = rows[0][4] / further
        ok = strict >= BARS[name]
        missed = missed or not ok
        print("%s: %.1f times with the start of each, %.1f times without   %s (at least %d, without)" % (name, ratio, strict, "pass" if ok else "MISS", BARS[name]))
    print("ours: %.0f letters a CPU second, %.0f bytes a letter, %d MiB" % (ours["pieces_per_cpu_second"], ours["bytes_a_piece"], ours["peak_rss_bytes"] >> 20))
    return missed


sys.exit(1 if main(sys.argv[1]) else 0)
