/** The servers of this user, and the services of each. */
@NullMarked
package io.valise.ipc.services.catalog;

import org.jspecify.annotations.NullMarked;
