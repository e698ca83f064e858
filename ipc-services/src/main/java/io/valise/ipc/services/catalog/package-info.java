/** Which servers of this user are there, and what each offers. */
@NullMarked
package io.valise.ipc.services.catalog;

import org.jspecify.annotations.NullMarked;
