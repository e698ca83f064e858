/** Settings that applications keep from one start to the next and see change in other processes. */
@NullMarked
package io.valise.ipc.services.settings;

import org.jspecify.annotations.NullMarked;
