/** The words of etcd's protocol that are not messages: its errors and the reasons for which watches end. */
@NullMarked
package io.metastore.api;

import org.jspecify.annotations.NullMarked;
