/**
 * How many of the 31,072 training images of the Human Protein Atlas competition show each of its 28 classes. In order:
 * nucleoplasm, nuclear membrane, nucleoli, fibrillar center, nuclear speckles, nuclear bodies, endoplasmic reticulum, Golgi,
 * peroxisomes, endosomes, lysosomes, intermediate filaments, actin, focal adhesions, microtubules, microtubule ends,
 * cytokinetic bridge, mitotic spindle, organizing center, centrosome, lipid droplets, plasma membrane, cell junctions,
 * mitochondria, aggresome, cytosol, cytoplasmic bodies, rods and rings.
 */
export const classCounts: readonly number[] = [
  12885, 1254, 3621, 1561, 1858, 2513, 1008, 2822, 53, 45, 28, 1093, 688, 537, 1066, 21, 530, 210, 902, 1482, 172, 3777,
  802, 2965, 322, 8228, 328, 11,
];

/** The fraction of images that show 1, 2, 3 and 4 classes. */
export const cardinalities: readonly number[] = [0.487, 0.402, 0.101, 0.01];
