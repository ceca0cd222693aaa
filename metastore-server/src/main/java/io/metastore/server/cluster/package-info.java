/** How a member comes to belong to a cluster, and the cluster to know it. */
@NullMarked
package io.metastore.server.cluster;

import org.jspecify.annotations.NullMarked;
