/** A service of one account for other users of the machine. */
@NullMarked
package io.valise.examples.users;

import org.jspecify.annotations.NullMarked;
