"""`easel doctor`: tries everything that Easel needs for real, and says what was seen and what helps.

`examine` runs the checks, each of the modules beside it checks one thing that Easel depends on, `finding` is the result
of a check, and `report` formats it. Only `--draw` costs money: a small picture, and one message for the reader.
"""
