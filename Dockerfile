# The image of the action and of the command line.
#
# The last stage compiles this folder, so `uses: owner/repository@any-commit`
# runs that commit's source. `--target prebuilt` takes a program that was built
# before, from TARGETPLATFORM/ of the build context, and needs no network.
# The Go image is pinned by its digest (Dependabot moves it); a release pins the
# finished image by its own, in action.yml of the tagged commit.

# Nothing but the program, the certificates and the time zones inside it: no
# shell, no package manager. No USER either: the runner's command files belong
# to the runner's own user, and only root may write them from a container.
FROM scratch AS base
LABEL org.opencontainers.image.source="https://github.com/clockify-sync/clockify-sync" \
      org.opencontainers.image.description="Keeps Clockify workspaces as files in a repository say" \
      org.opencontainers.image.licenses="Apache-2.0"
ENTRYPOINT ["/clockify-sync"]

# The context holds linux/amd64/clockify-sync (and so on) and the certificates
# of the machine that builds, under their own path.
FROM base AS prebuilt
ARG TARGETPLATFORM
COPY etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY ${TARGETPLATFORM}/clockify-sync /clockify-sync

FROM golang:1.26.8-alpine@sha256:8ac98ca534ac3f51e1f420a1dd2c15e74c75cfa0f23f3ad27eb5d7236c349a0c AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY cmd cmd
COPY internal internal
ARG VERSION=dev
ARG COMMIT=none
ARG DATE=unknown
RUN CGO_ENABLED=0 go build -trimpath -buildvcs=false -tags timetzdata \
      -ldflags "-s -w -X main.version=${VERSION} -X main.commit=${COMMIT} -X main.date=${DATE}" \
      -o /out/clockify-sync ./cmd/clockify-sync

FROM base
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /out/clockify-sync /clockify-sync
