"""`make reading`: what reading is worth on authors that nothing was learned from, as tables of Markdown."""

from training import report, tables
from training.messages import HELD_OUT, messages
from training.pipeline import done_about

if __name__ == "__main__":
    held_out = messages(held_out=True)
    for author in HELD_OUT:
        said = [one for one in held_out if one.author == author]
        print(f"\n### Rules, moment and gate together, author `{author}`\n")
        print("\n".join(tables.tables(done_about(said))))
        print(f"\n### The gate alone, author `{author}`\n")
        print("\n".join(report.tables(report.read_all(said))))
    print("\n### Options\n")
    print("\n".join(tables.of_options()))
