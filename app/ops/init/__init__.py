"""`easel init`: asks for each value in turn, tries it at its vendor at once, and writes `.env`.

`questions` holds what is asked and where to find it, `env_file` stores the answers, `interview` asks and tries them.
"""
