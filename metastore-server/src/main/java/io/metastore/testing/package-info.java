/** Members for the tests of other programs. Needs JUnit 5 on the class path, which is an optional dependency of this module. */
@NullMarked
package io.metastore.testing;

import org.jspecify.annotations.NullMarked;
