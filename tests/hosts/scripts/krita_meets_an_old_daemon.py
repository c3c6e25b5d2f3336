"""What the docker says of a daemon that does not speak its protocol, and what is left to do then."""


def main(stage):
    docker = yield from stage.docker("velatura_docker")
    controller = docker.controller
    said = []
    controller.state.message.watch(
        lambda message: said.append([message.text, message.hint] if message else None)
    )
    yield lambda: any("protocol" in text for text, _ in filter(None, said))
    controller.start_daemon()
    yield lambda: sum("protocol" in text for text, _ in filter(None, said)) > 1
    return {"said": said, "ready": controller.state.link.value.kind == "ready"}
