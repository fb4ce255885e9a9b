"""A table with a column of each kind."""

from training.evaluation.tables.paper_table import Column, Interval, PaperTable

TABLE = PaperTable(
    "UAR of R&D_1",
    [
        Column("corpus"),
        Column("n", "count"),
        Column("UAR", "percent"),
        Column("95 %", interval=True),
        Column("minus a", "points"),
        Column("empty"),
    ],
    [
        ["emo_db", 1234, 0.5, Interval(0.4, 0.6, 4), -0.031, None],
        ["a|b", 2, 0.25, Interval(-0.1, 0.3, 12, signed=True), None, None],
    ],
    ["a note"],
)
