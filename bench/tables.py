"""The tables of bench/results/MACHINE.md, from what bench/regenerate found by name."""
import math
import pathlib
import statistics

from measuring import ROUNDS

ASKED = {"DS-CNN": 2.7, "VWW": 2.7, "ResNet-8": 1.3, "autoencoder": 1.4, "MNIST": 2.0, "MobileNetV2-0.35": 2.0}
FIVE = 5  # of these a geometric mean is asked
AGAINST = " int8, the fastest peer's time by ours"
ROOFLINE = 0.8  # share of it that is asked where a network's ratio is missed


def mean_of(ratios):
    return math.exp(statistics.fmean(map(math.log, ratios)))


def least_ratio(report):
    return min(p["ratio"] for p in report["against"] if p["ran"])


def detector_rows(found):
    return [(name.removeprefix("FastestDet "), row) for name, row in found.items() if name.startswith("FastestDet ")]


class LayerTable:
    """What layers_bench prints, by its heads."""

    def __init__(self, text):
        lines = [[cell.strip() for cell in line.strip("|\n").split("|")] for line in text.splitlines() if line[:1] == "|"]
        self.rows = [dict(zip(lines[0], line)) for line in lines[2:]]
        self.last = text.strip().splitlines()[-1]
        self.isas = [head[:-3] for head in lines[0] if head.endswith(" us") and head not in ("roofline us", "oneDNN us")]
        self.best = f"{self.isas[-1]} us"

    def ratios(self, kind, over, under):
        return [float(r[over]) / float(r[under]) for r in self.rows
                if r["layer"].startswith(kind) and r[over] != "-" and float(r[under]) > 0]

    def against_onednn(self, layer):
        """oneDNN's time by ours, or nothing without oneDNN."""
        return next((float(r["oneDNN us"]) / float(r[self.best]) for r in self.rows
                     if r["layer"] == layer and r["oneDNN us"] != "-"), None)


def claims(found, names):
    """What is asked: text, limit (below zero: one from above), what was found, and the share of the roofline if that serves
    instead."""
    for what, asked, value in ratios(found, names):
        name = what.removesuffix(AGAINST)
        yield what, asked, value, found[f"{name} int8"]["share_of_roofline"] if name in ASKED else 0


def ratios(found, names):
    reports = [found[f"{name} int8"] for name in names]
    floats = [found[f"{name} float"] for name in names]
    least = dict(zip(names, map(least_ratio, reports)))
    for name, asked in ASKED.items():
        yield name + AGAINST, asked, least[name]
    yield "geometric mean of the first five", 2.0, mean_of(list(least.values())[:FIVE])
    yield "float, the fastest peer's time by ours, geometric mean", 1.0, mean_of(map(least_ratio, floats))
    yield "float's time by int8's, both ours (the least)", 1.0, min(f["median_us"] / i["median_us"] for i, f in zip(reports, floats))
    rows = [row for _, row in detector_rows(found)]
    yield ("FastestDet's convolutions, sum of LiteRT's times by ours", 2.0,
           sum(r["count"] * r["median_us"] for r in rows) / sum(r["count"] * r["own_us"] for r in rows))
    threads = [found[f"{name} threads"] for name in names]
    yield ("batch 32, one thread's time by two threads' (geometric mean)", 1.85,
           mean_of(statistics.median(t["ratios"]) for t in threads))
    yield "the same, of the least times of all rounds", 1.85, mean_of(t["least_us"][0] / t["least_us"][1] for t in threads)
    yield ("`tflm`, time by `litert`'s, at most (the slowest)", -1.12,
           max(statistics.median(found[f"{name} tflm"]["ratios"]) for name in names))
    narrow = [found[f"{name} avx2"] for name in names if f"{name} avx2" in found]
    if narrow:
        equal = "the same" if all(n["same"] for n in narrow) else "OTHER"
        yield (f"AVX2 alone, speed by {narrow[0]['isa']}'s (the slowest), {equal} bytes", 0.2,
               min(statistics.median(n["ratios"]) for n in narrow))
    yield from layer_claims(found)
    yield "1000 clips of kws01 through the int8 DS-CNN, ms", -40, found["kws01 evaluated"]["ms"] * found["kws01 evaluated"]["count"]
    yield "quantizing DS-CNN on 100 clips, 1000 evaluated twice, CPU s", -1, found["kws01 quantized"]["cpu_s"]
    yield "the same, greatest MB", -60, found["kws01 quantized"]["mb"]
    yield "compiling MobileNetV2-0.35 for `tflm`, CPU ms", -30, found["MobileNetV2-0.35 tflm"]["compile_ms"]


def layer_claims(found):
    table = LayerTable(found["layers"])
    wide, narrow = table.against_onednn("dw 3x3 112x112x32"), table.against_onednn("dw 3x3 56x56x64")
    if wide:
        yield "dw 3x3 112x112x32, oneDNN's time by ours", 3.0, wide
    if narrow and "amx" not in table.isas:  # asked where oneDNN has no AMX
        yield "dw 3x3 56x56x64, oneDNN's time by ours", 1.0, narrow


def claim_section(found, names):
    yield (f"\n## Asked and measured\n\nOf a network, so many times as fast as the fastest peer, or {ROOFLINE * 100:.0f} % of the "
           "roofline: of the time below which neither\nproducts, at the measured peak, nor bytes, at the measured rate of copying "
           "as many, let a core go.\n")
    yield "| what | asked | measured | |\n|---|---:|---:|---|"
    for what, asked, value, share in claims(found, names):
        holds = value <= -asked if asked < 0 else value >= asked
        verdict = "yes" if holds else f"{share * 100:.0f} % of the roofline" if share >= ROOFLINE else "no"
        yield f"| {what} | {'at most ' if asked < 0 else ''}{abs(asked):.2f} | {value:.2f} | {verdict} |"


def peer_rows(name, report):
    for p in report["against"]:
        if p["ran"]:
            form = pathlib.Path(p["model"]).name.replace("model.tflite", "converted to TFLite")
            yield (f"| {name} | {p['peer']}, {form} | {p['own_us']:.2f} | {p['median_us']:.2f} | "
                   f"{p['ratio']:.2f} | {p['ratio_q1']:.2f} to {p['ratio_q3']:.2f} |")
        else:
            yield f"| {name} | {p['peer']}: not run | | | | |"


def network_section(found, names):
    yield "\n## Networks against foreign runtimes\n"
    yield (f"{ROUNDS} rounds, in each ours and then every peer's. Ratio: the median over the rounds of the peer's time by ours, "
           "and its\nquartiles; above 1 pare is faster. A peer gets all forms of a network that there are, and keeps the one "
           "that it runs\nfastest: int8 TFLite, float ONNX, and QDQ of opset 17 with uint8 activations by ONNX Runtime's own "
           "quantizer. Int8\nby the Arithmetic `litert`. MobileNetV2's int8 file is ours.\n")
    yield "| network | peer, and its form | pare us | peer us | ratio | quartiles |\n|---|---|---:|---:|---:|---|"
    for kind in ("int8", "float"):
        for name in names:
            yield from peer_rows(f"{name} {kind}", found[f"{name} {kind}"])


def layer_section(found, names):
    yield ("\n## Layers of the networks, int8\n\nShare of the peak: of the most int8 products a second that a core was seen to "
           "do. Each layer is timed by itself;\nthe whole is of the run's roofline, in which constants come from the cache that holds "
           "all that a run touches.\n")
    yield "| network | layer | kernel | us | MACs | share of peak | of roofline |\n|---|---|---|---:|---:|---:|---:|"
    for name in names[:FIVE]:
        report = found[f"{name} int8"]
        for layer in report["layers"]:
            if layer["kernel"]:
                share = f"{layer['share_of_peak'] * 100:.0f} %" if layer["macs"] else ""
                yield f"| {name} int8 | {layer['op']} | {layer['kernel']} | {layer['us']:.3f} | {layer['macs']} | {share} | {layer['share_of_roofline'] * 100:.0f} % |"
        yield f"| {name} int8 | whole | | {report['median_us']:.3f} | {report['macs']} | {report['share_of_peak'] * 100:.0f} % | {report['share_of_roofline'] * 100:.0f} % |"


def detector_section(found):
    yield "\n## FastestDet's convolutions as files of one operator, against LiteRT\n"
    yield "| layer | times | pare us | LiteRT us | ratio |\n|---|---:|---:|---:|---:|"
    rows = detector_rows(found)
    for name, r in rows:
        yield f"| {name} | {r['count']} | {r['own_us']:.2f} | {r['median_us']:.2f} | {r['ratio']:.2f} |"
    own, theirs = (sum(r["count"] * r[key] for _, r in rows) for key in ("own_us", "median_us"))
    yield f"| sum, each as often as it occurs | | {own:.1f} | {theirs:.1f} | {theirs / own:.2f} |"


def turn_row(name, what, turn):
    q1, q2, q3 = statistics.quantiles(turn["ratios"], n=4)
    return f"| {name} int8 | {what} | {turn['us'][0]:.2f} | {turn['us'][1]:.2f} | {q2:.3f} | {q1:.3f} to {q3:.3f} |"


def self_section(found, names):
    yield f"\n## Against itself, int8\n\nIn turn over {ROUNDS} rounds; the ratio is of the first time by the second.\n"
    yield "| network | first and second | first us | second us | ratio | quartiles |\n|---|---|---:|---:|---:|---|"
    for name in names:
        yield turn_row(name, "`tflm`, `litert`", found[f"{name} tflm"])
        if f"{name} avx2" in found:
            yield turn_row(name, f"{found[f'{name} avx2']['isa']}, avx2", found[f"{name} avx2"])
    for name in names:
        yield turn_row(name, "batch 32 on 1 thread, on 2", found[f"{name} threads"])


def kind_row(table, kind, name):
    means = [f"{mean_of(table.ratios(kind, f'{isa} us', table.best)):.2f}" for isa in table.isas[:-1]]
    foreign = table.ratios(kind, "oneDNN us", table.best)
    share = statistics.median(table.ratios(kind, "roofline us", table.best)) * 100
    return (f"| {name} | {len(table.ratios(kind, table.best, table.best))} | {' | '.join(means)} | "
            f"{f'{mean_of(foreign):.2f}' if foreign else '-'} | {share:.0f} % |")


def table_section(found):
    table = LayerTable(found["layers"])
    yield ("\n## Layers of layers.csv, int8\n\nRequantization to int8 included on all sides. Roofline: the greater of the products "
           "by the measured peak, and the bytes\nby the measured rate of copying. Geometric means, of the other's time by ours; "
           f"ours with {table.isas[-1]}.\n")
    yield (f"| kind | layers | portable / ours | {''.join(f'{i} / ours | ' for i in table.isas[1:-1])}oneDNN / ours | "
           "share of the roofline, median |")
    yield "|---|---:|---:|" + "---:|" * (len(table.isas) - 2) + "---:|---:|"
    for kind, name in (("conv", "convolution"), ("dw", "depthwise"), ("dense", "dense")):
        yield kind_row(table, kind, name)
    yield f"\n{table.last}\n"
    yield "| layer | networks | pare us | roofline us | oneDNN us | oneDNN / ours |\n|---|---|---:|---:|---:|---:|"
    known = [r for r in table.rows if r["oneDNN us"] != "-"]
    asked = [r for r in known if r["layer"] in ("dw 3x3 112x112x32", "dw 3x3 56x56x64")]
    worst = sorted(known, key=lambda r: float(r["oneDNN us"]) / float(r[table.best]))[:10]
    for r in asked + worst:
        yield (f"| {r['layer']} | {r['networks']} | {r[table.best]} | {r['roofline us']} | {r['oneDNN us']} | "
               f"{r['oneDNN / ours']} |")
    yield "\nThe last ten are those that fall furthest behind oneDNN."


def render(found, names):
    sections = (claim_section(found, names), network_section(found, names), layer_section(found, names),
                detector_section(found), self_section(found, names), table_section(found))
    return "\n".join(line for section in sections for line in section) + "\n"
