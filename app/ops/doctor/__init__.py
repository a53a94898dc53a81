"""`easel doctor`: tries everything that Easel needs for real, and says what was seen and what helps.

`examine` runs the checks, each of the modules beside it knows one neighbour, `finding` is what a check brings home,
`report` shows it. Nothing here costs money but `check_drawing`, which is asked for by hand.
"""
