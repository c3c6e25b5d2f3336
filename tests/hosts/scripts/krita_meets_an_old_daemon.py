"""What the docker says of a daemon that does not speak its protocol, and what is left to do then."""


def main(stage):
    docker = yield from stage.docker("velatura_docker")
    studio = docker.studio
    said = []
    studio.state.message.watch(
        lambda message: said.append([message.text, message.hint] if message else None)
    )
    yield lambda: any("protocol" in text for text, _ in filter(None, said))
    studio.start_daemon()
    yield lambda: sum("protocol" in text for text, _ in filter(None, said)) > 1
    return {"said": said, "ready": studio.state.link.value.kind == "ready"}
