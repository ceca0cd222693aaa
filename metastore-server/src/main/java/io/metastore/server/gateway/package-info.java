/**
 * etcd's JSON gateway: every method with a {@code google.api.http} annotation, called over HTTP (etcd: server/embed/serve.go
 * with grpc-gateway's runtime).
 */
@NullMarked
package io.metastore.server.gateway;

import org.jspecify.annotations.NullMarked;
