"""`easel setup`: sets what can be set at LINE and R2 through their APIs, and says what only their consoles can do.

Safe to run again: what is already as it should be is left alone. `set_up` runs the steps, `menu_layout` holds the rich
menu as data, and `painter` paints its images again after a change of menu.svg or labels.toml.
"""
