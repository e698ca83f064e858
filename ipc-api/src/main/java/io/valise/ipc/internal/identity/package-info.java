/** Keys and signatures behind the identities of applications. */
@NullMarked
package io.valise.ipc.internal.identity;

import org.jspecify.annotations.NullMarked;
