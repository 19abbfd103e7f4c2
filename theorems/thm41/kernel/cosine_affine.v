(** Negative cosine behind an affine head: at a critical point the effective Hessian has the sign of the cosine. *)
From Coq Require Import Reals Lra Psatz FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq fintype bigop.
From Coquelicot Require Import Coquelicot.
From Geometry Require Import vectors jets conditions chain pullback smooth symmetry homogeneous real_functions cosine.
From Geometry.thm41 Require Import collapse.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Open Scope R_scope.

(** The loss [- cos(u, t)] for the target [t]. *)
Definition negative_cosine (k : nat) (t u : vec k) : R := - cosine u t.

(** The loss is [- cos(u, t)] or [2 - 2 cos(u, t)]. *)
Definition of_cosine (k : nat) (t : vec k) (L : vec k -> R) : Prop := L = negative_cosine t \/ L = cosine_loss t.

Section Scaled.
Variables (n : nat) (f : vec n -> R) (a e : R).
Let g x := a * f x + e.

Lemma partial_scaled x i : C1 f x -> partial g i x = a * partial f i x.
Proof.
move=> fC; have aC : C1 (fun y => a * f y) x by apply: C1_mult => //; exact: C1_const.
by rewrite -(near_point (near_partial_plus i aC (C1_const e x))) partial_const partialZ //; ring.
Qed.

Lemma hess_scaled x i j : C2 f x -> hess g x i j = a * hess f x i j.
Proof.
move=> fC; rewrite /hess (partial_ext_near (g := fun y => a * partial f j y)); last first.
  by apply: near_imp (C1_near (C2_C1 fC)) => y; exact: partial_scaled.
by apply: partialZ; case: fC.
Qed.
End Scaled.

Section Form.
Variables (k : nat) (t u : vec k).
Hypotheses (t1 : len t = 1) (u0 : u <> zerov).
Let l := len u.
Let c := cosine u t.

Lemma len_gt0 : 0 < l.
Proof. by apply: sqrt_lt_R0; exact: dot_gt0. Qed.

Lemma form_cosine w : form (hess (cosine_loss t) u) w w =
  (4 / l * dot u w * dot t w - 6 * c / (l * l) * (dot u w * dot u w) + 2 * c * dot w w) / (l * l).
Proof.
rewrite /form /dot; under eq_sum => i do rewrite cosine_mulv // -/l -/c.
have l0 := len_gt0; rewrite -/(dot u w) -/(dot t w) -/(dot w w).
rewrite (eq_sum (G := fun i => (2 / l * dot t w - 6 * c / (l * l) * dot u w) / (l * l) * (u i * w i)
  + (2 / l * dot u w / (l * l) * (t i * w i) + 2 * c / (l * l) * (w i * w i)))) => [|i]; last by field; lra.
rewrite !sumD -!mulr_sum -/(dot u w) -/(dot t w) -/(dot w w); field; lra.
Qed.

(** In directions that the gradient does not see, the Hessian is a multiple of a projection by the cosine. *)
Lemma form_cosine_across w : dot w (grad (cosine_loss t) u) = 0 ->
  form (hess (cosine_loss t) u) w w = 2 * c / (l * l) * (dot w w - dot u w * dot u w / (l * l)).
Proof.
move=> w0; have l0 := len_gt0; have uu : dot u u = l * l by rewrite len_sqr.
have ut : dot t u = c * l by rewrite dotC /c /cosine t1 -/l; field; lra.
have tw : l * dot t w = c * dot u w.
  have E := euler_second (cosine_scale_invariant t) (C2_cosine_loss t1 u0).
  have : dot w (mulv (hess (cosine_loss t) u) u) = 0 by rewrite E dotZr w0; ring.
  rewrite /dot; under eq_sum => i do rewrite cosine_mulv // -/l -/c.
  rewrite (eq_sum (G := fun i => (2 / l * dot t u - 6 * c / (l * l) * dot u u + 2 * c) / (l * l) * (u i * w i)
    + 2 / l * dot u u / (l * l) * (t i * w i))) => [|i]; last by field; lra.
  rewrite !sumD -!mulr_sum -/(dot u w) -/(dot t w) ut uu => H.
  apply: (Rmult_eq_reg_l (2 / (l * l))); last by apply: Rgt_not_eq; apply: Rdiv_lt_0_compat; nra.
  suff : 2 / (l * l) * (l * dot t w) - 2 / (l * l) * (c * dot u w) = 0 by lra.
  by rewrite -H; field; lra.
rewrite form_cosine; have -> : dot t w = c * dot u w / l by rewrite -tw; field; lra.
by field; lra.
Qed.

Lemma across_ge0 w : 0 <= dot w w - dot u w * dot u w / (l * l).
Proof.
have l0 := len_gt0; have /Rabs_le_between [a b] := cauchy_schwarz_abs u w.
suff : dot u w * dot u w / (l * l) <= dot w w by lra.
have ll : 0 < l * l by nra.
apply: (Rmult_le_reg_r (l * l)) => //; rewrite /Rdiv Rmult_assoc Rinv_l ?Rmult_1_r; last lra.
rewrite -len_sqr; have w0 := len_ge0 w; rewrite -/l in a b; nra.
Qed.
End Form.

Section Affine.
Variables (d k : nat) (t : vec k) (W : mat k d) (b : vec k) (z : vec d).
Let h := affine W b.
Hypotheses (t1 : len t = 1) (u0 : h z <> zerov).

Lemma critical_effective L : of_cosine t L -> critical L h z -> exists a, 0 < a /\ forall v,
  form (effective L h z) v v = a * (cosine (h z) t
    * (dot (mulv W v) (mulv W v) - dot (h z) (mulv W v) * dot (h z) (mulv W v) / (len (h z) * len (h z)))).
Proof.
have C := C2_cosine_loss t1 u0; have l0 := len_gt0 u0; have ll : 0 < len (h z) * len (h z) by nra.
have of_loss : critical (cosine_loss t) h z -> exists a, 0 < a /\ forall v,
    form (effective (cosine_loss t) h z) v v = a * (cosine (h z) t
    * (dot (mulv W v) (mulv W v) - dot (h z) (mulv W v) * dot (h z) (mulv W v) / (len (h z) * len (h z)))).
  rewrite /critical jac_affine => cr; exists (2 / (len (h z) * len (h z))); split=> [|v]; first by apply: Rdiv_lt_0_compat; lra.
  rewrite effective_affine // /form !mulv_mulm dot_mulv -/(form _ _ _).
  have -> : mulv (tr (tr W)) v = mulv W v by [].
  rewrite -/(form (hess (cosine_loss t) (h z)) (mulv W v) (mulv W v)) form_cosine_across -?/h //; first by rewrite -/h; field; lra.
  by rewrite dotC dot_mulv cr dot0l.
case=> -> // cr.
have E y : negative_cosine t y = / 2 * cosine_loss t y + - 1 by rewrite /negative_cosine /cosine_loss; field.
have [|a [a0 A]] := of_loss.
  apply: functional_extensionality => i; have := congr1 (fun v => v i) cr.
  rewrite /mulv /zerov (eq_sum (G := fun j => / 2 * (tr (jac h z) i j * grad (cosine_loss t) (h z) j))) => [|j].
    by rewrite -mulr_sum; lra.
  by rewrite /grad (partial_ext (g := fun y => / 2 * cosine_loss t y + - 1)) // partial_scaled //; [ring | exact: C2_C1].
exists (a / 2); split=> [|v]; first lra.
have C2h : C2 (fun w => cosine_loss t (h w)) z by apply: C2_comp => //; exact: C2_affine.
have -> : form (effective (negative_cosine t) h z) v v = / 2 * form (effective (cosine_loss t) h z) v v; last by rewrite A; field; lra.
have -> : effective (negative_cosine t) h z = fun i j => / 2 * effective (cosine_loss t) h z i j.
  apply: functional_extensionality => i; apply: functional_extensionality => j.
  rewrite /effective -(hess_scaled _ (-1) _ _ C2h); congr (hess _ z i j).
  by apply: functional_extensionality => w; exact: E.
rewrite /form /dot mulr_sum; apply: eq_sum => i; rewrite /mulv !mulr_sum; apply: eq_sum => j; ring.
Qed.
End Affine.

(** Let [L(u)] be [- cos(u, t)] or [2 - 2 cos(u, t)] with a unit vector [t], behind an affine head with
    [h(z) != 0], and let [z] be critical.  Then H_eff, the Hessian of [L o h] at [z], is positive semidefinite where
    [cos(h(z), t) >= 0], and negative semidefinite where [cos(h(z), t) <= 0]. *)
Theorem part_affine_cosine (d k : nat) (t : vec k) (L : vec k -> R) (W : mat k d) (b : vec k) (z : vec d) :
  of_cosine t L -> len t = 1 -> affine W b z <> zerov -> critical L (affine W b) z ->
  let c := cosine (affine W b z) t in
  C2 L (affine W b z)
  /\ (0 <= c -> psd (effective L (affine W b) z))
  /\ (c <= 0 -> forall v, form (effective L (affine W b) z) v v <= 0).
Proof.
move=> oL t1 u0 cr c; have [a [a0 A]] := critical_effective t1 u0 oL cr; rewrite -/c in A.
split.
  have C := C2_cosine_loss t1 u0; case: oL => -> //.
  apply: (C2_ext_near (f := fun u => / 2 * cosine_loss t u + - 1)); last first.
    by apply: C2_plus; [exact: C2_scal | exact: C2_const].
  by apply: filter_forall => y; rewrite /negative_cosine /cosine_loss; field.
split=> c0 v; rewrite A; have p := across_ge0 u0 (mulv W v).
  by apply: Rmult_le_pos; [lra | exact: Rmult_le_pos].
have := Rmult_le_pos _ _ (Ropp_0_ge_le_contravar _ (Rle_ge _ _ c0)) p; set x := (_ - _) in p *; nra.
Qed.

(** The sentence of reading `1-psd-cosine`: its hypotheses, and H_eff(z) is positive semidefinite. *)
Theorem reading_1_psd_cosine (X : Type) (d k : nat) (enc : X -> vec d) (t : vec k) (L : vec k -> R) (W : mat k d)
    (b : vec k) (z : vec d) :
  of_cosine t L -> len t = 1 -> affine W b z <> zerov -> collapsed enc z -> grad L (affine W b z) <> zerov ->
  critical L (affine W b) z -> 0 <= cosine (affine W b z) t -> psd (effective L (affine W b) z).
Proof. by move=> oL t1 u0 _ _ cr; have [_ [h _]] := part_affine_cosine oL t1 u0 cr. Qed.

(** The target [t = (3/5, 4/5, 0)], and [W = [e_1, e_3]]. *)
Definition target : vec 3 := vec3 (3 / 5) (4 / 5) 0.
Definition W13 : mat 3 2 := fun a => if a == first then vec2 1 0 else if a == third then vec2 0 1 else zerov.

(** At [z = (s, 0)], [s = 1] or [s = -1], the hypotheses of the reading hold but for the sign of the cosine, which is
    [3 s / 5]; and H_eff has at [(0, 1)] the sign of [s]. *)
Lemma part_affine_cosine_met s : s * s = 1 -> let z := vec2 s 0 in let h := affine W13 zerov in
  [/\ len target = 1, h z <> zerov /\ grad (cosine_loss target) (h z) <> zerov,
      critical (cosine_loss target) h z, cosine (h z) target = 3 / 5 * s
    & exists a, 0 < a /\ form (effective (cosine_loss target) h z) (vec2 0 1) (vec2 0 1) = a * s].
Proof.
move=> ss z h; have uE : h z = vec3 s 0 0.
  by apply: functional_extensionality; apply: all3; rewrite /h /affine /addv /mulv sum2 /W13 /zerov /z /vec2 /vec3 /=; ring.
have d3 (x y : vec 3) : dot x y = x first * y first + x second * y second + x third * y third by rewrite /dot sum3.
have tt : len target = 1.
  by rewrite /len d3 /target /vec3 /= (_ : _ + _ + _ = 1) ?sqrt_1 //; field.
have uu : len (vec3 s 0 0) = 1 by rewrite /len d3 /vec3 /= ss (_ : _ + _ + _ = 1) ?sqrt_1 //; ring.
have u0 : vec3 s 0 0 <> zerov by move=> e; move: uu; rewrite e /len dot0l sqrt_0; lra.
have cE : cosine (vec3 s 0 0) target = 3 / 5 * s by rewrite /cosine uu tt d3 /target /vec3 /=; field.
have gE : grad (cosine_loss target) (vec3 s 0 0) = vec3 0 (- 8 / 5) 0.
  have E := euler_second (cosine_scale_invariant target) (C2_cosine_loss tt u0).
  apply: functional_extensionality; apply: all3; have := fun i => congr1 (fun v => v i) E;
    rewrite /scalev => /(_ _) G; [have := G first | have := G second | have := G third];
    rewrite cosine_mulv // uu cE !d3 /target /vec3 /=; nra.
have u0' : h z <> zerov by rewrite uE.
have cr : critical (cosine_loss target) h z.
  rewrite /critical jac_affine uE gE; apply: functional_extensionality => i.
  by rewrite /mulv /tr sum3 /W13 /vec3 /zerov /=; ring.
split=> //; rewrite ?uE ?cE //.
  by split=> //; rewrite gE => /(congr1 (fun v => v second)); rewrite /vec3 /zerov /=; lra.
have [a [a0 A]] := critical_effective tt u0' (or_intror erefl) cr.
exists (a * (3 / 5)); split; first lra.
rewrite A -/h uE cE uu !d3 /mulv !sum2 /W13 /vec3 /vec2 /zerov /=; field.
Qed.

(** That the cosine is not negative is needed: at [z = (-1, 0)] some v has v^T H_eff v < 0. *)
Lemma reading_1_psd_cosine_needs_acute : exists (t : vec 3) (W : mat 3 2) (z : vec 2),
  let h := affine W zerov in
  [/\ len t = 1, h z <> zerov, grad (cosine_loss t) (h z) <> zerov, critical (cosine_loss t) h z
    & negative (effective (cosine_loss t) h z)].
Proof.
have [|t1 [u0 g0] cr _ [a [a0 A]]] := @part_affine_cosine_met (-1); first by ring.
by exists target, W13, (vec2 (-1) 0); split=> //; exists (vec2 0 1); rewrite A; lra.
Qed.
