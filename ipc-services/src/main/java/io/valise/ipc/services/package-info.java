/** What applications build on a connection. */
@NullMarked
package io.valise.ipc.services;

import org.jspecify.annotations.NullMarked;
