/** Who somebody is: passwords and tokens. What he may do is the state's to say. */
@NullMarked
package io.metastore.server.auth;

import org.jspecify.annotations.NullMarked;
