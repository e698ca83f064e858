/** Objects of one process called from another through their interfaces. */
@NullMarked
package io.valise.ipc.services.objects;

import org.jspecify.annotations.NullMarked;
