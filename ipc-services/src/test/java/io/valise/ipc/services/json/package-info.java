/** Tests of the package of the same name. */
@NullMarked
package io.valise.ipc.services.json;

import org.jspecify.annotations.NullMarked;
