// The page's style: one series colour, one warning colour, greys; light and dark.
#pragma once

namespace pare {

inline constexpr const char* kStyle = R"css(
:root { color-scheme: light dark; --page: #fbfbfa; --card: #ffffff; --ink: #1c1d1f; --soft: #62666d; --line: #e2e3e1;
  --series: #2a6fc4; --pale: #cfe0f5; --warn: #c2480f; --good: #23784a; --code: #f1f1ee; }
@media (prefers-color-scheme: dark) {
  :root { --page: #161718; --card: #1e2022; --ink: #ececea; --soft: #9ba0a6; --line: #34373a;
    --series: #5b9bea; --pale: #2b4363; --warn: #f08a4b; --good: #5fc08a; --code: #26282b; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, "Segoe UI", "DejaVu Sans", sans-serif; }
main { max-width: 984px; margin: 0 auto; padding: 36px 32px 64px; }
h1 { font-size: 27px; line-height: 1.2; margin: 0 0 8px; letter-spacing: -0.01em; }
h2 { font-size: 18px; margin: 44px 0 4px; }
h3 { font-size: 14px; margin: 20px 0 4px; color: var(--soft); font-weight: 600; }
p { margin: 6px 0; max-width: 78ch; }
.verdict { font-size: 17px; max-width: 70ch; }
.note { color: var(--soft); font-size: 13.5px; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(190px, 1fr)); gap: 12px; margin: 22px 0 0; }
.tile { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 12px 16px; }
.tile b { display: block; font-size: 25px; line-height: 1.25; font-weight: 600; font-variant-numeric: tabular-nums; }
.tile span { color: var(--soft); font-size: 13px; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; margin: 10px 0; font-size: 14px; }
th { text-align: left; font-weight: 600; color: var(--soft); font-size: 13px; }
th, td { padding: 5px 14px 5px 0; border-bottom: 1px solid var(--line); vertical-align: top; }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
code, pre, td.m { font: 13px/1.5 ui-monospace, "SFMono-Regular", "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; }
pre { background: var(--code); border-radius: 8px; padding: 12px 16px; overflow-x: auto; white-space: pre; }
.equal { color: var(--good); font-weight: 600; } .differs { color: var(--warn); font-weight: 600; } .skipped { color: var(--soft); }
.step { display: inline-block; margin: 0 22px 2px 0; }
.plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(360px, 1fr)); gap: 18px 24px; margin-top: 12px; }
.key { display: inline-block; width: 22px; height: 10px; vertical-align: middle; margin: 0 4px 2px 12px; border-radius: 1px; }
.key.first { margin-left: 0; } .key.k-span { background: var(--series); } .key.k-cover { background: var(--pale); }
.key.k-mean { background: var(--ink); width: 4px; height: 12px; } .key.k-sigma { background: var(--ink); opacity: 0.75; width: 2px; height: 12px; }
.key.k-limit { background: var(--warn); width: 2px; height: 12px; } .key.k-worst { background: var(--warn); }
svg { width: 100%; height: auto; display: block; margin: 8px 0; font-family: system-ui, "Segoe UI", "DejaVu Sans", sans-serif; }
svg text { fill: var(--ink); font-size: 12px; font-variant-numeric: tabular-nums; }
svg .name { font-family: ui-monospace, "SFMono-Regular", "DejaVu Sans Mono", monospace; font-size: 11.5px; }
svg .title { font-family: ui-monospace, "SFMono-Regular", "DejaVu Sans Mono", monospace; font-size: 12.5px; font-weight: 600; }
svg .muted, svg .head, svg .tick { fill: var(--soft); } svg .head { font-size: 11.5px; } svg .tick { font-size: 11px; }
svg .grid { stroke: var(--line); } svg .zero { stroke: var(--soft); opacity: 0.6; }
svg .bar, svg .bin, svg .span { fill: var(--series); } svg .worst { fill: var(--warn); }
svg .cover { fill: var(--pale); } svg .mean { fill: var(--ink); }
svg .sigma { stroke: var(--ink); stroke-width: 1; opacity: 0.75; } svg .limit { stroke: var(--warn); stroke-width: 1.5; }
footer { margin-top: 48px; color: var(--soft); font-size: 13px; }
@media print { main { max-width: none; padding: 0; } .tile, svg, tr { break-inside: avoid; } }
)css";

}  // namespace pare
