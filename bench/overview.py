"""bench/RESULTS.md: what was asked, and what every machine of bench/results measured. Made of the tables there alone."""
import re


def claims_of(text):
    """Rows of the table under 'Asked and measured': what, asked, measured, holds."""
    section = text.split("## Asked and measured")[1].split("\n## ")[0]
    return [tuple(cell.strip() for cell in line.strip("|").split("|")) for line in section.splitlines()
            if line.startswith("|") and not re.match(r"\|(---| what )", line)]


def write(folder, out):
    files = sorted(folder.glob("*.md"))
    texts = {file: file.read_text(encoding="utf-8") for file in files}
    measured, asked = {}, {}
    for file, text in texts.items():
        for what, limit, found, holds in claims_of(text):
            asked[what] = limit
            measured[what, file] = {"yes": found, "no": f"**{found}**"}.get(holds, f"{found} ({holds})")
    lines = ["# Measured on several machines\n",
             "Written by `bench/regenerate`, which measures one machine and writes its table; these are their claims, side by "
             "side.\nBold: less than was asked. Of a network 80 % of the roofline serves as well. Empty: not "
             "measured, or not asked of this\nmachine.\n"]
    for file, text in texts.items():
        date, machine = re.search(r"on (\d{4}-\d\d-\d\d)\. ([^;]*; [^;.]*)", text).groups()
        lines.append(f"- [{file.stem}](results/{file.name}), {date}: {' '.join(machine.split())}")
    lines += [f"\n| what | asked |{''.join(f' {file.stem} |' for file in files)}", f"|---|---:|{'---:|' * len(files)}"]
    for what, limit in asked.items():
        lines.append(f"| {what} | {limit} |{''.join(f' {measured.get((what, file), str())} |' for file in files)}")
    out.write_text("\n".join(lines) + "\n", encoding="utf-8")
