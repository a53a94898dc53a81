# Stands for caddy:2 where no registry can be reached: Debian's Caddy, with that image's folders.
FROM python:3.13-slim
RUN apt-get update -q && apt-get install -qy --no-install-recommends caddy
ENV XDG_CONFIG_HOME=/config XDG_DATA_HOME=/data
CMD ["caddy", "run", "--config", "/etc/caddy/Caddyfile", "--adapter", "caddyfile"]
