"""`easel setup`: sets what can be set at LINE and R2 from here, and says what only their consoles can do.

Safe to run again: what is as it should be is left alone. `set_up` runs the steps, `menu_layout` holds the rich menu
as data and `painter` makes its pictures anew when menu.svg or labels.toml have changed.
"""
