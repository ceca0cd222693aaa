/** Who belongs to the cluster and what is wrong with it: the small replicated tables beside the key space. */
@NullMarked
package io.metastore.storage.cluster;

import org.jspecify.annotations.NullMarked;
