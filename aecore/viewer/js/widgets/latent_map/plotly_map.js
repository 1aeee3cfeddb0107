// The latent space over the page's Plotly chart.

import { latentMapOver } from "./latent_map.js";
import { plotlyCharts } from "./plotly_chart.js";

export const mountLatentMap = latentMapOver(plotlyCharts);
